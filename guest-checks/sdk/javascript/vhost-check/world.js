// What a check asks: the host, or in tests a scripted world.

let asked = null;

/** Makes a world the one that is asked; gives the one before. */
export function enter(world) {
  const before = asked;
  asked = world;
  return before;
}

export function current() {
  if (asked === null) throw new Error("no world to ask: run the check in a drill, or in a test with vhost-check/testing.js");
  return asked;
}
