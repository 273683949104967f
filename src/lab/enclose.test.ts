import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { skipped } from "../../test/peers/skipped.ts";
import { systemNet } from "../system/index.ts";
import { enclosedNet, enclosing, enclosureMissing, isEnclosed } from "./enclose.ts";

const missing = enclosureMissing();

function inside(script: string): string {
  const module = new URL("./enclose.ts", import.meta.url).pathname;
  const source = `const lab = await import(${JSON.stringify(module)}); ${script}`;
  const { program, args, env } = enclosing([process.execPath, "--input-type=module", "-e", source]);
  return execFileSync(program, args, { encoding: "utf8", env: { ...process.env, ...env } }).trim();
}

describe.skipIf(skipped("an enclosure", missing))("inside an enclosure", () => {
  test("there is no interface but lo, and it is up", () => {
    const script =
      'const os = await import("node:os"); console.log(lab.isEnclosed(), Object.keys(os.networkInterfaces()).join());';
    expect(inside(script)).toBe("true lo");
  });

  test("addresses set aside for tests are at home, and every other one leads nowhere", () => {
    const script = `
      const net = await import("node:net");
      const server = net.createServer((socket) => socket.end("home")).listen(25, "198.18.3.4");
      await new Promise((resolve) => server.once("listening", resolve));
      const dial = (host) => new Promise((resolve) => {
        const socket = net.connect({ host, port: 25 });
        socket.once("data", (chunk) => resolve(String(chunk)));
        socket.once("error", ({ code }) => resolve(code));
      });
      console.log(await dial("198.18.3.4"), await dial("192.0.2.1"));
      server.close();`;
    expect(inside(script)).toBe("home ENETUNREACH");
  });

  test("what is laid over a file of the system's is seen by nobody outside", () => {
    const before = readFileSync("/etc/resolv.conf", "utf8");
    const script = `
      const fs = await import("node:fs");
      const { execFileSync } = await import("node:child_process");
      const own = fs.mkdtempSync("/tmp/surehop-lab-") + "/resolv.conf";
      fs.writeFileSync(own, "nameserver 127.0.53.1");
      execFileSync("mount", ["--bind", own, "/etc/resolv.conf"]);
      console.log(fs.readFileSync("/etc/resolv.conf", "utf8"));
      fs.rmSync(own.replace("/resolv.conf", ""), { recursive: true });`;
    expect(inside(script)).toBe("nameserver 127.0.53.1");
    expect(readFileSync("/etc/resolv.conf", "utf8")).toBe(before);
  });

  test("what was started there ends with it", () => {
    const name = `3${process.pid}.25`;
    const script = `
      const { spawn } = await import("node:child_process");
      spawn("setsid", ["sleep", ${JSON.stringify(name)}], { detached: true, stdio: "ignore" }).unref();
      await new Promise((resolve) => setTimeout(resolve, 200));
      console.log("started");`;
    expect(inside(script)).toBe("started");
    const all = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" });
    expect(all.split("\n").filter((line) => line.includes(`sleep ${name}`))).toEqual([]);
  });
});

describe("outside of an enclosure", () => {
  test("nobody is inside because a variable says so", () => {
    const { env } = enclosing([]);
    for (const [name, value] of Object.entries(env)) {
      process.env[name] = value;
      expect(isEnclosed()).toBe(false);
      process.env[name] = "net:[1] mnt:[2] pid:[3]";
      expect(isEnclosed()).toBe(false);
      delete process.env[name];
    }
  });

  test("there is no net for what runs inside", () => {
    expect(() => enclosedNet(systemNet)).toThrow(RangeError);
  });
});
