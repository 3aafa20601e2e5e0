namespace Propolis.Toml;

/// <summary>The types of TOML 1.0.</summary>
public enum TomlKind
{
    /// <summary>Unicode text.</summary>
    String,

    /// <summary>A whole number of 64 bits with sign.</summary>
    Integer,

    /// <summary>An IEEE 754 number of 64 bits.</summary>
    Float,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A date, a time of day, or both, with or without an offset from UTC.</summary>
    DateTime,

    /// <summary>A list of values of any types.</summary>
    Array,

    /// <summary>Keys with values.</summary>
    Table,
}
