/// The address of the properties of one job.
struct PropertiesAddress: Sendable {
  let text: String

  init(server: String, team: String, job: String, deployment: String) {
    var base = server[...]
    while base.hasSuffix("/") { base.removeLast() }
    text =
      "\(base)/data-jobs/for-team/\(Self.escape(team))/jobs/\(Self.escape(job))/deployments/"
      + "\(Self.escape(deployment))/properties"
  }

  /// A name as one component of a path, whatever it holds.
  private static func escape(_ name: String) -> String {
    var text = ""
    for byte in name.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        text += byte < 16 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return text
  }
}
