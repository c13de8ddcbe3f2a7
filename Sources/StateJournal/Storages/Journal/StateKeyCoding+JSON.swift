/// Keys as tools show them.
extension StateKeyCoding {
  /// Appends the parts of the address that a key stands for as two members of a JSON object, or
  /// nothing and returns false when no address has the key.
  package static func appendJSON(_ key: Span<UInt8>, to json: inout [UInt8]) -> Bool {
    let start = json.count
    if let (source, scope, name) = plainParts(of: key) {
      JSONText.append(token: #""source":"#, to: &json)
      if JSONText.append(utf8: key.extracting(source), to: &json) {
        append(scope, to: &json)
        if JSONText.append(utf8: key.extracting(name), to: &json) { return true }
      }
      json.removeLast(json.count - start)
    }
    guard let address = try? address(of: key) else { return false }
    JSONText.append(token: #""source":"#, to: &json)
    JSONText.append(string: address.source, to: &json)
    append(address.scope, to: &json)
    JSONText.append(string: address.name, to: &json)
    return true
  }

  private static func append(_ scope: StateAddress.Scope, to json: inout [UInt8]) {
    JSONText.append(token: scope == .stream ? #","stream":"# : #","other":"#, to: &json)
  }

  /// The scope that a removed prefix stands for.
  package static func scope(
    ofPrefix prefix: Span<UInt8>
  ) -> (source: String, scope: StateAddress.Scope)? {
    guard let (source, end) = try? source(of: prefix), end == prefix.count - 1,
      let scope = StateAddress.Scope(rawValue: prefix[end])
    else { return nil }
    return (source, scope)
  }

  /// Where the parts of a key lie, not yet known to be UTF-8, when its source has no zero bytes.
  private static func plainParts(
    of key: Span<UInt8>
  ) -> (source: Range<Int>, scope: StateAddress.Scope, name: Range<Int>)? {
    let names = 1...StateAddress.maximumNameByteCount
    var end = 0
    while end < key.count, key[end] != 0 { end += 1 }
    guard names.contains(end), end + 1 < key.count,
      let scope = StateAddress.Scope(rawValue: key[end + 1]),
      names.contains(key.count - end - 2)
    else { return nil }
    return (0..<end, scope, (end + 2)..<key.count)
  }
}
