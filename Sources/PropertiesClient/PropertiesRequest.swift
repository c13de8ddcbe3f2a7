import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// The requests for the properties of one job.
struct PropertiesRequest: Sendable {
  private let address: String
  /// In seconds.
  private let timeout: Double

  init(server: String, team: String, job: String, deployment: String, timeout: Double) {
    var base = server[...]
    while base.hasSuffix("/") { base.removeLast() }
    address =
      "\(base)/data-jobs/for-team/\(Self.escape(team))/jobs/\(Self.escape(job))/deployments/"
      + "\(Self.escape(deployment))/properties"
    self.timeout = timeout
  }

  /// A request with everything that it takes.
  func prepared(
    _ method: String, body: Data?, token: String
  ) throws(RemotePropertiesError) -> URLRequest {
    guard let url = URL(string: address), let scheme = url.scheme?.lowercased(),
      ["http", "https"].contains(scheme), url.host() != nil
    else { throw error(.unusable, method, detail: "this is no address of a server") }
    // A line break would let the token's author write headers of their own.
    guard token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      throw error(.unusable, method, detail: "the token has characters that no token may have")
    }
    var request = URLRequest(url: url, timeoutInterval: timeout)
    request.httpMethod = method
    request.setValue("application/json", forHTTPHeaderField: "Accept")
    if !token.isEmpty { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
    if let body {
      request.setValue("application/json", forHTTPHeaderField: "Content-Type")
      request.httpBody = body
    }
    return request
  }

  /// An error of a request that was sent once.
  func error(
    _ kind: RemotePropertiesError.Kind, _ method: String, detail: String
  ) -> RemotePropertiesError {
    RemotePropertiesError(
      kind: kind, request: "\(method) \(address)", attemptCount: 1, detail: detail)
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
