import DataSources
import Foundation
import HTTPRequests

/// The address of a page.
struct PageAddress {
  let text: String

  /// The page that a cursor stands for; the first one without. A link is relative to `page`, the first one
  /// unless another is named.
  init(
    of stream: HTTPPagedSource.Stream, cursor: String?, on page: PageAddress? = nil
  ) throws(DataSourceError) {
    guard let cursor else {
      text = stream.address
      return
    }
    guard let first = URL(string: stream.address), var parts = URLComponents(string: stream.address)
    else { throw Self.failure(stream.address, stream) }
    switch stream.paging {
    case .none: text = stream.address
    case .cursor(_, let parameter):
      var items = (parts.queryItems ?? []).filter { $0.name != parameter }
      items.append(URLQueryItem(name: parameter, value: cursor))
      parts.queryItems = items
      // A plus sign is left alone by Foundation, and most servers read it as a space.
      parts.percentEncodedQuery = parts.percentEncodedQuery.map {
        $0.split(separator: "+", omittingEmptySubsequences: false).joined(separator: "%2B")
      }
      guard let address = parts.string else { throw Self.failure(cursor, stream) }
      text = address
    case .link, .linkHeader:
      let page = page.flatMap { URL(string: $0.text) } ?? first
      guard let next = URL(string: cursor, relativeTo: page)?.absoluteURL else {
        throw Self.failure(cursor, stream)
      }
      guard let origin = HTTPOrigin(next), origin == HTTPOrigin(first) else {
        throw DataSourceError(
          "the next page of \(stream.name) is said to be \(next.absoluteString), on another server than "
            + "\(stream.address): it is not asked, since it would be sent the token")
      }
      text = Self.text(of: next, on: first)
    }
  }

  /// An address with its server spelled as in another one on the same server, so that one page is not taken
  /// for two.
  private static func text(of next: URL, on first: URL) -> String {
    var parts = URLComponents(url: next, resolvingAgainstBaseURL: true)
    parts?.scheme = first.scheme
    // With the brackets of an IPv6 address, which `URL.host()` leaves out and this cannot be without.
    parts?.percentEncodedHost =
      URLComponents(url: first, resolvingAgainstBaseURL: true)?.percentEncodedHost
    parts?.port = first.port
    return parts?.string ?? next.absoluteString
  }

  private static func failure(
    _ text: String, _ stream: HTTPPagedSource.Stream
  ) -> DataSourceError {
    DataSourceError("\"\(text)\" is no address of a page of \(stream.name); correct it")
  }
}
