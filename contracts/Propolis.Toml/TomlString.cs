namespace Propolis.Toml;

/// <summary>A string, in whichever of the four forms it was written.</summary>
public sealed class TomlString : TomlValue
{
    internal TomlString(string value, TomlPosition position)
        : base(position) => Value = value;

    /// <summary>The text, escapes resolved. Line ends of multi-line strings are a single line feed.</summary>
    public string Value { get; }

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.String;
}
