namespace Propolis.Toml;

/// <summary>A whole number, in whichever base it was written.</summary>
public sealed class TomlInteger : TomlValue
{
    internal TomlInteger(long value, TomlPosition position)
        : base(position) => Value = value;

    /// <summary>The number.</summary>
    public long Value { get; }

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.Integer;
}
