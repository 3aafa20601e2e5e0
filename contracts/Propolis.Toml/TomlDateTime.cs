using System.Globalization;

namespace Propolis.Toml;

/// <summary>
/// A date-time of one of TOML's four kinds: with offset (all three parts), local (date and time), local date, local time.
/// </summary>
public sealed class TomlDateTime : TomlValue
{
    internal TomlDateTime(TomlDate? date, TomlTimeOfDay? time, TimeSpan? offset, TomlPosition position)
        : base(position)
    {
        Date = date;
        Time = time;
        Offset = offset;
    }

    /// <summary>The day, unless it is a local time.</summary>
    public TomlDate? Date { get; }

    /// <summary>The time of day, unless it is a local date.</summary>
    public TomlTimeOfDay? Time { get; }

    /// <summary>The distance from UTC in whole minutes, when one is given; <c>Z</c> and <c>-00:00</c> are zero.</summary>
    public TimeSpan? Offset { get; }

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.DateTime;

    /// <summary>The value in the form of RFC 3339, with as many digits of the second as it needs.</summary>
    public override string ToString()
    {
        var separator = Date is not null && Time is not null ? "T" : "";
        return Date + separator + Time + OffsetText();
    }

    string OffsetText()
    {
        if (Offset is not { } offset)
            return "";
        if (offset == TimeSpan.Zero)
            return "Z";
        return (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString(@"hh\:mm", CultureInfo.InvariantCulture);
    }
}
