/** Style sheets are bundled by the build; for types they are files that exist. */
declare module '*.css'
