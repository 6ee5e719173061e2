/** Read by the build, which puts it into the page's document. */
declare module '*.css';
