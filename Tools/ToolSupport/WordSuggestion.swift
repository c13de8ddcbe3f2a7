/// What somebody may have meant.
package enum WordSuggestion {
  /// The longest word that is compared, in bytes: comparing takes time, and nobody mistypes one as long.
  private static let maximumByteCount = 256

  /// "; did you mean X?" when a known word is close to what was typed, and nothing otherwise.
  package static func text(for word: String, among known: [String]) -> String {
    nearest(to: word, among: known).map { "; did you mean \($0)?" } ?? ""
  }

  /// The known word that is nearest to what was typed, if it is close.
  package static func nearest(to word: String, among known: [String]) -> String? {
    if word.utf8.count > maximumByteCount { return nil }
    let nearest = known.map { ($0, editDistance(word, $0)) }.min { $0.1 < $1.1 }
    guard let (candidate, distance) = nearest, distance <= max(2, word.utf8.count / 3) else {
      return nil
    }
    return candidate
  }

  /// How many bytes to insert, remove or replace (R. A. Wagner and M. J. Fischer, "The
  /// string-to-string correction problem", 1974).
  private static func editDistance(_ one: String, _ other: String) -> Int {
    let target = Array(other.utf8)
    var row = Array(0...target.count)
    for byte in one.utf8 {
      var diagonal = row[0]
      row[0] += 1
      for index in target.indices {
        let replaced = diagonal + (target[index] == byte ? 0 : 1)
        diagonal = row[index + 1]
        row[index + 1] = min(replaced, row[index] + 1, diagonal + 1)
      }
    }
    return row[target.count]
  }
}
