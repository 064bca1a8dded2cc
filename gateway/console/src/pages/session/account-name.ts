/** The name of an account, looked at while it is typed; the box decides. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,31}$/u;

/** Blanks around it are no part of it: keyboards of phones put one behind a word. */
export const isAccountName = (text: string): boolean => NAME.test(text.trim());
