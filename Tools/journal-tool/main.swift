#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

Interruption.install()
exit(Tool.run(CommandLine.arguments).rawValue)
