/** User-info of URLs (RFC 3986, section 3.2.1), which both the destination and a proxy may have. */

/**
 * @param url as `new URL` has read it
 * @returns the value of the header for it (RFC 7617), or null when there is none
 */
export function basicAuthorization({
  username,
  password,
}: Pick<URL, 'username' | 'password'>): string | null {
  if (username === '' && password === '') return null;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`;
}

/** A percent sign that does not begin an escape stands for itself: `50%off` is a valid password. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
      try {
        return decodeURIComponent(escapes);
      } catch {
        return escapes;
      }
    });
  }
}
