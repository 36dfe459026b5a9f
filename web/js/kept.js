// What this browser remembers of its user's taste; a browser that forbids it forgets, and nothing else happens.

export function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Full, or forbidden: the choice holds until the page is left.
  }
}
