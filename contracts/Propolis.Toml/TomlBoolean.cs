namespace Propolis.Toml;

/// <summary>true or false.</summary>
public sealed class TomlBoolean : TomlValue
{
    internal TomlBoolean(bool value, TomlPosition position)
        : base(position) => Value = value;

    /// <summary>The truth.</summary>
    public bool Value { get; }

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.Boolean;
}
