/**
 * Hosters of mail by the names of their MX hosts: whose affair a fault is, and what can be asked of them. Names as they are published in
 * their customers' MX records.
 */
import { isSubdomainOf, domain as domainName, type DomainName } from "../base/index.ts";

export interface Provider {
  readonly name: string;
}

export function providerOf(host: DomainName): Provider | undefined {
  return known.find(({ suffix }) => host === suffix || isSubdomainOf(host, suffix))?.provider;
}

const table: Readonly<Record<string, readonly string[]>> = {
  "Google Workspace": ["google.com", "googlemail.com"],
  "Microsoft 365": ["mail.protection.outlook.com", "mx.microsoft", "outlook.com"],
  "Apple iCloud": ["mail.icloud.com"],
  Fastmail: ["messagingengine.com"],
  Proton: ["protonmail.ch"],
  "Zoho Mail": ["zoho.com", "zoho.eu", "zoho.in", "zoho.com.cn"],
  "Yandex 360": ["mx.yandex.net", "mx.yandex.ru"],
  "Tencent Exmail": ["mxbiz1.qq.com", "mxbiz2.qq.com", "exmail.qq.com"],
  "Alibaba Mail": ["mxhichina.com", "qiye.aliyun.com", "alibaba-inc.com"],
  "NetEase Mail": ["qiye.163.com", "ym.163.com", "netease.com"],
  "mailbox.org": ["mailbox.org"],
  Posteo: ["posteo.de"],
  Migadu: ["migadu.com"],
  OVHcloud: ["mail.ovh.net", "ovh.net", "ovh.ca"],
  IONOS: ["kundenserver.de", "ionos.com", "ionos.de", "1and1.com"],
  STRATO: ["rzone.de"],
  Infomaniak: ["infomaniak.ch"],
  Gandi: ["gandi.net"],
  GoDaddy: ["secureserver.net"],
  Namecheap: ["privateemail.com", "registrar-servers.com"],
  TransIP: ["transip.email"],
  "one.com": ["one.com"],
  Loopia: ["loopia.se"],
  Rackspace: ["emailsrvr.com"],
  Cloudflare: ["mx.cloudflare.net"],
  "Amazon SES": ["amazonaws.com", "amazonses.com"],
  Mailgun: ["mailgun.org"],
  Proofpoint: ["pphosted.com", "ppe-hosted.com"],
  Mimecast: ["mimecast.com", "mimecast.co.za"],
  Barracuda: ["barracudanetworks.com", "ess.barracudanetworks.com"],
  "Cisco Secure Email": ["iphmx.com"],
  "Trend Micro": ["tmes.trendmicro.com", "hes.trendmicro.com", "hes.trendmicro.eu"],
  Symantec: ["messagelabs.com"],
  Hornetsecurity: ["hornetsecurity.com", "antispameurope.com"],
};

const known = Object.entries(table).flatMap(([name, suffixes]) =>
  suffixes.map((suffix) => ({ suffix: domainName(suffix), provider: { name } })),
);
