/** Express 4 beside Express 5. What the target uses of it is the same in both, so 5's types serve. */
declare module 'express4' {
  import express from 'express';
  export default express;
}
