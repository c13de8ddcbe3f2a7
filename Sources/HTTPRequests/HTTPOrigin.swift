package import Foundation

/// Which server an address is on: the one that is sent the token, and no other.
///
/// Two addresses are on one server when scheme, host and port are the same: letters of scheme and host may
/// be large or small, and a port that is left out is the scheme's own (RFC 3986, 6.2.2 and 6.2.3).
/// Anything else, a dot behind the host or an escape in it, is taken for another server.
package struct HTTPOrigin: Equatable, Sendable {
  private let scheme: String
  private let host: String
  private let port: Int

  /// The server of an address; nil when it is none of a web server.
  package init?(_ url: URL) {
    // Both are ASCII: what is not stands escaped in them.
    guard let scheme = url.scheme?.lowercased(), let host = url.host(), !host.isEmpty,
      let usualPort = ["http": 80, "https": 443][scheme]
    else { return nil }
    let port = url.port ?? usualPort
    guard (1...65535).contains(port) else { return nil }
    self.scheme = scheme
    self.host = host.lowercased()
    self.port = port
  }

  /// The server of an address; nil when it is none of a web server.
  package init?(address: String) {
    guard let url = URL(string: address) else { return nil }
    self.init(url)
  }
}
