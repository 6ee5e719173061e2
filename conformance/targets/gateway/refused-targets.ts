/** Targets that servers read in different ways: no absolute form, no fragment, no empty or dot segments, nothing encoded that need not be. */
export const REFUSED_TARGETS =
  /^(?!\/)|#|^[^?]*(?:["<>^`{|};\\]|\/\/|\/\.{1,2}(?:[/?]|$)|%(?![0-9A-F]{2}|[89a-f])|%(?:[01]|7f|2[0efd5]|5c|3[0-9bf]|[46][1-9a-f]|[57][0-9a]))/i;
