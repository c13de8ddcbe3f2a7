import DataSources
import Foundation
import HTTPRequests
import StateJournal

/// One page: its rows, and where the next one is.
struct Page {
  let rows: [StateObject]
  /// What to ask for next; `nil` on the last page.
  let nextCursor: String?

  init(
    _ answer: HTTPSender.Answer, of stream: HTTPPagedSource.Stream, at address: PageAddress
  ) throws(DataSourceError) {
    let body: StateValue
    do throws(StateError) {
      body = try StateValue(json: Array(answer.body).span)
    } catch {
      throw DataSourceError(
        "\(address.text): the answer is not JSON: \(error.message)", underlying: error)
    }
    guard let rows = Self.member(stream.rows, of: body)?.array else {
      let place = stream.rows.isEmpty ? "the answer" : "\"\(stream.rows)\""
      throw DataSourceError(
        "\(address.text): \(place) is no array of rows; say where they are")
    }
    var objects: [StateObject] = []
    for (index, row) in rows.enumerated() {
      guard case .object(let object) = row else {
        throw DataSourceError("\(address.text): row \(index + 1) is no object: \(row)")
      }
      objects.append(object)
    }
    self.rows = objects
    nextCursor = try Self.nextCursor(answer, body, stream, address)
  }

  private static func nextCursor(
    _ answer: HTTPSender.Answer, _ body: StateValue, _ stream: HTTPPagedSource.Stream,
    _ address: PageAddress
  ) throws(DataSourceError) -> String? {
    switch stream.paging {
    case .none: return nil
    case .linkHeader: return answer.headers["link"].flatMap(nextLink)
    case .cursor(let path, _), .link(let path):
      switch member(path, of: body) {
      case nil, .null, .bool(false), .string(""): return nil
      case .string(let text): return text
      case .int(let number): return String(number)
      case let other?:
        throw DataSourceError(
          "\(address.text): \"\(path)\" is \(other), which is no cursor; say where it is")
      }
    }
  }

  /// The value at a path with dots between levels.
  private static func member(_ path: String, of value: StateValue) -> StateValue? {
    path.split(separator: ".").reduce(value as StateValue?) { $0?[String($1)] }
  }

  /// The target with `rel="next"`, perhaps among other relations, in a header of RFC 8288.
  static func nextLink(_ header: String) -> String? {
    for match in header.matches(of: /<([^>]*)>([^<]*)/) {
      guard let found = match.2.lowercased().firstMatch(of: /;\s*rel\s*=\s*("[^"]*"|[^\s;,"]+)/)
      else { continue }
      let relations = found.1.split { $0 == "\"" || $0.isWhitespace }
      if relations.contains("next") { return String(match.1) }
    }
    return nil
  }
}
