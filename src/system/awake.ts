/** Keeps the process running while nothing but waiting is left to do: the clock's own timers do not. What comes back ends that. */
export function stayAwake(): () => void {
  const timer = setInterval(() => {}, awakeMs);
  return () => clearInterval(timer);
}

const awakeMs = 2 ** 31 - 1;
