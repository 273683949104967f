/** What the comparison needs of this machine. */
import { spawnSync } from "node:child_process";

/** Why it cannot be run here; undefined if it can. */
export function missingPeers(): string | undefined {
  if (spawnSync("openssl", ["version"]).status !== 0) return "openssl is not installed";
  const load = "import ctypes; ctypes.CDLL('libgnutls.so.30'); ctypes.CDLL('libgnutls-dane.so.0')";
  if (spawnSync("python3", ["-c", load]).status !== 0) return "python3 or libgnutls-dane is not installed";
  return undefined;
}
