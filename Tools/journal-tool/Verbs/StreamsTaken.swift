import StateJournal

extension RewindPlan {
  /// How many objects are named to people; JSON has more.
  private static var shownCount: Int { 20 }

  /// What is taken back, in a row for people.
  var streamsText: String {
    let shown = addresses.prefix(Self.shownCount).map(Printable.address).joined(separator: ", ")
    let rest = addresses.count + unlistedAddressCount - Self.shownCount
    var text = shown.isEmpty ? "none" : shown
    if rest > 0 {
      text += " and \(isUnlistedAddressCountExact ? "" : "at least ")\(Units.count(rest)) more"
    }
    if foreignKeyCount > 0 {
      text += "; besides, \(Units.count(foreignKeyCount, "key")) of other programs"
    }
    return text
  }
}
