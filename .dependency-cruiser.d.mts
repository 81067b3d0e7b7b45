declare const configuration: { forbidden: unknown[]; options: object };
export default configuration;
