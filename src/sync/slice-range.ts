const DAY = 24 * 60 * 60 * 1000;

/** Cuts a range into pieces of at most `days` whole days: ascending bounds, the range's ends included. Instants are UTC. */
export function sliceRange(from: Date, until: Date, days: number): string[] {
  const bounds = [from.getTime()];
  for (let at = from.getTime() + days * DAY; at < until.getTime(); at += days * DAY) bounds.push(at);
  bounds.push(until.getTime());
  return bounds.map((at) => new Date(at).toISOString());
}
