/** What the tests use of dns-packet, which comes without types. */
declare module "dns-packet" {
  export interface Packet {
    readonly type?: string;
    readonly id?: number;
    readonly flags?: number;
    readonly rcode?: string;
    readonly questions?: readonly { readonly name: string; readonly type: string; readonly class?: string }[];
    readonly answers?: readonly Answer[];
    readonly authorities?: readonly Answer[];
    readonly additionals?: readonly Answer[];
  }
  export interface Answer {
    readonly name: string;
    readonly type: string;
    readonly ttl?: number;
    readonly data?: unknown;
    readonly udpPayloadSize?: number;
    readonly extendedRcode?: number;
    readonly flags?: number;
    readonly options?: readonly { readonly code: number; readonly data: Uint8Array }[];
  }
  export function encode(packet: Packet): Buffer;
  export function decode(bytes: Uint8Array): Required<Packet>;
  export const AUTHORITATIVE_ANSWER: number;
  export const TRUNCATED_RESPONSE: number;
  export const RECURSION_DESIRED: number;
  export const RECURSION_AVAILABLE: number;
  export const AUTHENTIC_DATA: number;
  export const CHECKING_DISABLED: number;
}
