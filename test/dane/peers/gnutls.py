"""
GnuTLS of this machine, asked about chains: one JSON object a line in, one out.

in:  {"id", "host", "chain": [base64 DER, leaf first], "records": [[usage, selector, matching, hex]]}
out: {"id", "ee": bool or null, "ta": bool or null, "ta_status": [int]}

`ee`: libgnutls-dane's own verdict on the records of usage 3, by the function that `danetool --check` calls (dane_verify_crt_raw).
`ta`: libgnutls-dane looks at an issuer and builds no path, so each certificate that a record of usage 2 names, presented or whole
in DNS, is made the only trusted authority of a GnuTLS trust list, and the chain, name and purpose are verified under it.
"""

import base64
import ctypes
import hashlib
import json
import sys

gnutls = ctypes.CDLL("libgnutls.so.30")
dane = ctypes.CDLL("libgnutls-dane.so.0")


class Datum(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_uint)]


class TypedData(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("data", ctypes.c_char_p), ("size", ctypes.c_uint)]


X509_DER = 0
CERTIFICATE_X509 = 1
DNS_HOSTNAME, KEY_PURPOSE = 1, 2
SERVER_AUTH = b"1.3.6.1.5.5.7.3.1"
# RSA of 2048 bits and what is as strong.
PROFILE_MEDIUM = 5 << 24
IGNORE_LOCAL_RESOLVER, IGNORE_DNSSEC = 1, 4


def datum(octets):
    """The octets have to outlive it."""
    return Datum(ctypes.cast(ctypes.c_char_p(octets), ctypes.c_void_p), len(octets))


def load(der):
    certificate = ctypes.c_void_p()
    gnutls.gnutls_x509_crt_init(ctypes.byref(certificate))
    code = gnutls.gnutls_x509_crt_import(certificate, ctypes.byref(datum(der)), X509_DER)
    return certificate if code == 0 else None


def public_key(certificate):
    key = ctypes.c_void_p()
    gnutls.gnutls_pubkey_init(ctypes.byref(key))
    if gnutls.gnutls_pubkey_import_x509(key, certificate, 0) != 0:
        return b""
    out = Datum()
    if gnutls.gnutls_pubkey_export2(key, X509_DER, ctypes.byref(out)) != 0:
        return b""
    return ctypes.string_at(out.data, out.size)


def matches(record, der, certificate):
    _, selector, matching, data = record
    octets = der if selector == 0 else public_key(certificate)
    if matching == 1:
        octets = hashlib.sha256(octets).digest()
    elif matching == 2:
        octets = hashlib.sha512(octets).digest()
    return octets.hex() == data


def strongest(records):
    """RFC 7671, section 9: of each selector the strongest digest, and whole data besides."""
    sizes = {1: 32, 2: 64}
    usable = [one for one in records if one[2] == 0 or len(one[3]) // 2 == sizes.get(one[2])]
    best = {selector: max((one[2] for one in usable if one[1] == selector), default=0) for selector in (0, 1)}
    return [one for one in usable if one[2] in (0, best.get(one[1]))]


def verify_ee(chain, records):
    rdata = [bytes([u, s, m]) + bytes.fromhex(data) for u, s, m, data in records]
    array = (ctypes.c_char_p * (len(rdata) + 1))(*rdata, None)
    lengths = (ctypes.c_int * (len(rdata) + 1))(*[len(one) for one in rdata], 0)
    state, query = ctypes.c_void_p(), ctypes.c_void_p()
    if dane.dane_state_init(ctypes.byref(state), IGNORE_LOCAL_RESOLVER | IGNORE_DNSSEC) != 0:
        raise SystemExit("libgnutls-dane cannot be used here")
    code = dane.dane_raw_tlsa(state, ctypes.byref(query), array, lengths, 1, 0)
    if code != 0:
        dane.dane_state_deinit(state)
        return False
    status = ctypes.c_uint(0)
    certificates = (Datum * len(chain))(*[datum(der) for der in chain])
    code = dane.dane_verify_crt_raw(
        state, certificates, len(chain), CERTIFICATE_X509, query, 0, 0, ctypes.byref(status)
    )
    dane.dane_query_deinit(query)
    dane.dane_state_deinit(state)
    return code == 0 and status.value == 0


def verify_under(anchor, chain, host):
    store = ctypes.c_void_p()
    gnutls.gnutls_x509_trust_list_init(ctypes.byref(store), 0)
    gnutls.gnutls_x509_trust_list_add_cas(store, (ctypes.c_void_p * 1)(anchor.value), 1, 0)
    data = (TypedData * 2)(TypedData(DNS_HOSTNAME, host, 0), TypedData(KEY_PURPOSE, SERVER_AUTH, 0))
    status = ctypes.c_uint(0)
    certificates = (ctypes.c_void_p * len(chain))(*[one.value for one in chain])
    code = gnutls.gnutls_x509_trust_list_verify_crt2(
        store, certificates, len(chain), data, 2, PROFILE_MEDIUM, ctypes.byref(status), None
    )
    gnutls.gnutls_x509_trust_list_deinit(store, 0)
    return status.value if code == 0 else -1


def judge(question):
    chain = [base64.b64decode(one) for one in question["chain"]]
    loaded = [load(der) for der in chain]
    records = [tuple(one) for one in question["records"]]
    ee = [one for one in records if one[0] == 3]
    ta = strongest([one for one in records if one[0] == 2])
    answer = {"id": question["id"], "ee": None, "ta": None, "ta_status": []}
    if ee:
        answer["ee"] = verify_ee(chain, ee)
    if ta and loaded[0] is not None:
        in_dns = [bytes.fromhex(data) for _, selector, matching, data in ta if selector == 0 and matching == 0]
        pool = [(der, one) for der, one in zip(chain[1:], loaded[1:])] + [(der, load(der)) for der in in_dns]
        pool = [(der, one) for der, one in pool if one is not None and der != chain[0]]
        anchors = [one for der, one in pool if any(matches(record, der, one) for record in ta)]
        presented = [one for one in loaded if one is not None] + [one for der, one in pool if der in in_dns]
        host = question["host"].encode()
        answer["ta_status"] = [verify_under(anchor, presented[:16], host) for anchor in anchors]
        answer["ta"] = 0 in answer["ta_status"]
    return answer


for line in sys.stdin:
    print(json.dumps(judge(json.loads(line))), flush=True)
