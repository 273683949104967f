#!/usr/bin/env bash
# Brings the real mail servers that the peer tests talk to, the name servers, the signing tools and the validator (unbound) of the
# differential test, and the policy daemon of `npm run bench:plan`. Postfix and swaks are installed as packages; Exim, sendmail and
# OpenSMTPD conflict with Postfix as packages, so they are unpacked into var/peers and run from there with configurations of their
# own. Nothing is started, now or at the next boot, and the machine's own mail and DNS configuration is not touched. Needs Debian 12
# and root (or sudo).
set -euo pipefail
cd "$(dirname "$0")/../.."
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

export DEBIAN_FRONTEND=noninteractive
# Packages that install a service must not start it here.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod +x "$policy"
  trap 'as_root rm -f "$policy"' EXIT
fi
as_root apt-get update -q
echo "postfix postfix/main_mailer_type select No configuration" | as_root debconf-set-selections
as_root apt-get install -q -y --no-install-recommends postfix swaks libnet-ssleay-perl libio-socket-ssl-perl \
  gnutls-bin python3-minimal libdb5.3 libgnutls-dane0 libgnutls30 libidn12 libidn2-0 libnsl2 libpcre2-8-0 \
  libevent-2.1-7 libldap-2.5-0 liblockfile1 libsasl2-2 libsasl2-modules libwrap0 m4 iproute2 mount util-linux

# What was here before stays as it was; a name server that comes with this script must not take port 53 at the next boot.
for service in unbound knot nsd postfix-mta-sts-resolver; do
  dpkg-query -W -f '${Status}' "$service" 2>/dev/null | grep -q 'ok installed' && continue
  as_root apt-get install -q -y --no-install-recommends "$service"
  as_root systemctl disable "$service" 2>/dev/null || true
done
# What the checker is compared with, and a browser for its pages, which are in Chinese too.
as_root apt-get install -q -y --no-install-recommends chromium fonts-noto-cjk testssl.sh openssl gnupg
as_root apt-get install -q -y --no-install-recommends ldnsutils bind9-utils python3-uvloop python3-dkim python3-nacl

# unpack FOLDER PROGRAM PACKAGE…
unpack() {
  local folder=$1 program=$2 scratch
  shift 2
  [ -x "var/peers/$folder/$program" ] && return
  scratch=$(mktemp -d)
  chmod 755 "$scratch"
  (cd "$scratch" && apt-get download -q "$@")
  for package in "$scratch"/*.deb; do dpkg -x "$package" "var/peers/$folder"; done
  rm -rf "$scratch"
}
mkdir -p var/peers
unpack exim usr/sbin/exim4 exim4-daemon-light
unpack sendmail usr/libexec/sendmail/sendmail sendmail-bin sendmail-cf sendmail-base
unpack opensmtpd usr/sbin/smtpd opensmtpd
# Exim refuses to start without the user that its package would have made.
id Debian-exim >/dev/null 2>&1 || as_root useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin Debian-exim
# Without a configuration file Exim says its version and fails.
{ var/peers/exim/usr/sbin/exim4 -bV 2>/dev/null || true; } | sed -n 1p
PATH="$PATH:/usr/sbin" unbound -V | sed -n 1p
# Both refuse to read a configuration without the accounts that their packages would have made.
for account in smmsp smmta opensmtpd opensmtpq; do
  id "$account" >/dev/null 2>&1 || as_root useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$account"
done
var/peers/sendmail/usr/libexec/sendmail/sendmail -C /dev/null -d0.1 -bt </dev/null 2>/dev/null | sed -n 1p || true
var/peers/opensmtpd/usr/sbin/smtpd -h 2>&1 | sed -n 1p
