/** Express 4 beside Express 5; what the tests use of it is the same in both. */
declare module 'express4' {
  import express from 'express';
  export default express;
}
