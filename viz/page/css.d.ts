// Style sheets are bundled separately; imports of them have no value.
declare module "*.css";
