// Style sheets are bundled beside the script; for the compiler they are nothing.
declare module "*.css";
