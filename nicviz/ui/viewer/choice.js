// Which panes are seen side by side; pure functions of names in the order of the panes.

/**
 * What a viewer begins with: everything. A narrow screen has room for some, mostly two: the first results, which are the
 * panes after the last reference; with one result what it was made from first, and the result.
 */
function firstChoice(names, references, room) {
  if (names.length <= room) return names;
  const results = names.slice(names.findLastIndex((name) => references.includes(name)) + 1);
  if (results.length >= room) return results.slice(0, room);
  const given = names.find((name) => references.includes(name)) ?? names[0];
  return names.filter((name) => name === given || name === names.at(-1));
}

/** The names shown, oldest choice first; where there is not room for all, those chosen last. */
function shownOf(chosen, names, references, room) {
  const present = chosen?.filter((name) => names.includes(name)) ?? [];
  const shown = present.length ? present : firstChoice(names, references, room);
  return shown.slice(-room);
}

/** The choice after a name was switched on or off; the last one stays on. */
function toggled(shown, name) {
  if (!shown.includes(name)) return [...shown, name];
  return shown.length > 1 ? shown.filter((other) => other !== name) : shown;
}
