/** DNS rebinding: a stranger's page makes its own name point here and then asks us; its Host header gives it away. */

/** True for `localhost`, 127.0.0.0/8 and `[::1]`, with any port. */
export function namesLoopback(host: string | undefined): boolean {
  return host !== undefined && /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?$/i.test(host);
}
