namespace Propolis.Toml;

/// <summary>A floating point number.</summary>
public sealed class TomlFloat : TomlValue
{
    internal TomlFloat(double value, TomlPosition position)
        : base(position) => Value = value;

    /// <summary>The number; infinities and NaN included.</summary>
    public double Value { get; }

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.Float;
}
