import { gunzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { address, domain, type TlsResultType } from "../base/index.ts";
import { grammarFaults } from "./grammar.cases.ts";
import { packDocument, parseDay, reportDocument, reportFilename, type CountedPolicy, type UtcDay } from "./index.ts";

const day = parseDay("2026-01-01") as UtcDay;
const sts: CountedPolicy = {
  policy: {
    type: "sts",
    strings: ["version: STSv1", "mode: enforce", "mx: *.good.example", "max_age: 86400"],
    mxHosts: ["*.good.example"],
  },
  successes: 5326,
  failures: [
    {
      result: "certificate-expired",
      host: "mx1.good.example",
      address: "203.0.113.56",
      local: "2001:db8::1",
      detail: "ended on 2025-12-31",
      sessions: 100,
    },
    { result: "sts-policy-fetch-error", sessions: 3 },
  ],
};

function written(counted: readonly CountedPolicy[], organization = "Ours"): string {
  const request = { organization, contact: address("tls@ours.example"), reportId: "20260101.ab@ours.example" };
  return JSON.stringify(reportDocument({ ...request, day, domain: domain("good.example"), counted }));
}

describe("RFC 8460 §4.4: the report", () => {
  test("has every field where the section puts it", () => {
    expect(JSON.parse(written([sts]))).toEqual({
      "organization-name": "Ours",
      "date-range": { "start-datetime": "2026-01-01T00:00:00Z", "end-datetime": "2026-01-01T23:59:59Z" },
      "contact-info": "tls@ours.example",
      "report-id": "20260101.ab@ours.example",
      policies: [
        {
          policy: {
            "policy-type": "sts",
            "policy-string": ["version: STSv1", "mode: enforce", "mx: *.good.example", "max_age: 86400"],
            "policy-domain": "good.example",
            "mx-host": ["*.good.example"],
          },
          summary: { "total-successful-session-count": 5326, "total-failure-session-count": 103 },
          "failure-details": [
            {
              "result-type": "certificate-expired",
              "sending-mta-ip": "2001:db8::1",
              "receiving-mx-hostname": "mx1.good.example",
              "receiving-ip": "203.0.113.56",
              "failed-session-count": 100,
              "failure-reason-code": "ended on 2025-12-31",
            },
            { "result-type": "sts-policy-fetch-error", "failed-session-count": 3 },
          ],
        },
      ],
    });
    expect(grammarFaults(written([sts]))).toEqual([]);
  });

  test("the grammar is no formality: each of these breaks it", () => {
    const good = written([sts]);
    const broken: readonly [from: string | RegExp, to: string, fault: RegExp][] = [
      ['"report-id"', '"report_id"', /no report-id/],
      ["2026-01-01T00:00:00Z", "2026-01-01 00:00:00", /RFC 3339/],
      ["tls@ours.example", "ours.example", /addr-spec/],
      ['"sts"', '"mta-sts"', /not one of/],
      ["certificate-expired", "cert-expired", /not one of/],
      ["2001:db8::1", "2001:db8::1::", /IP address/],
      ['"good.example"', '"gööd.example"', /A-labels/],
      ["5326", '"5326"', /number of sessions/],
      ["5326", "-1", /number of sessions/],
      [":103", ":102", /more failures/],
      ['"Ours"', '"\\ud800"', /surrogate/],
      ['"report-id"', '"contact-info":"x@y","report-id"', /twice/],
      [/^/, "\ufeff", /byte order mark/],
    ];
    for (const [from, to, fault] of broken) {
      expect(good).toMatch(from);
      expect(grammarFaults(good.replace(from, to)).join("\n")).toMatch(fault);
    }
  });

  test("whatever was counted, the report is one by the grammar, and I-JSON", () => {
    const results: readonly TlsResultType[] = ["validation-failure", "tlsa-invalid", "dane-required"];
    const strange = fc.string({ unit: "binary", minLength: 1, maxLength: 30 });
    const failure = fc.record(
      {
        result: fc.constantFrom(...results),
        host: strange,
        address: fc.ipV4(),
        local: fc.ipV6(),
        detail: strange.map((text) => text.slice(0, 7)),
        sessions: fc.integer({ min: 1, max: 1e6 }),
      },
      { requiredKeys: ["result", "sessions"] },
    );
    const policy = fc.oneof(
      fc.constant({ type: "no-policy-found", strings: [], mxHosts: [] } as const),
      fc.record({
        type: fc.constantFrom("tlsa" as const, "sts" as const),
        strings: fc.array(strange),
        mxHosts: fc.array(strange),
      }),
    );
    const counted = fc.array(
      fc.record({ policy, successes: fc.nat(), failures: fc.array(failure, { maxLength: 4 }) }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(counted, strange, (all, organization) => {
        expect(grammarFaults(written(all, organization))).toEqual([]);
      }),
    );
  });
});

test("RFC 8460 §5.2: packed by gzip, and the same report gives the same bytes", () => {
  const document = reportDocument({
    organization: "Ours",
    contact: address("tls@ours.example"),
    reportId: "1@ours.example",
    day,
    domain: domain("good.example"),
    counted: [sts],
  });
  const packed = packDocument(document);
  expect(JSON.parse(gunzipSync(packed).toString())).toEqual(document);
  expect(packDocument(document)).toEqual(packed);
});

test("RFC 8460 §5.1: the file's name", () => {
  const name = reportFilename(domain("mail.sender.example.com"), domain("example.net"), day, "001");
  expect(name).toBe("mail.sender.example.com!example.net!1767225600!1767311999!001.json.gz");
});
