/** Types for the part of the ping package that builds each system's command; the package has none. */
declare module 'ping/lib/builder/factory.js' {
  interface Builder {
    /** `timeout` in seconds; false leaves it out. */
    getCommandArguments(
      target: string,
      config: {
        readonly numeric: boolean;
        readonly timeout: number | false;
        readonly min_reply: number;
        readonly v6: boolean;
      },
    ): string[];
  }
  const factory: {
    isPlatformSupport(platform: string): boolean;
    getExecutablePath(platform: string, v6: boolean): string;
    createBuilder(platform: string): Builder;
  };
  export default factory;
}
