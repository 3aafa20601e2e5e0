namespace Propolis.Toml;

/// <summary>
/// One value of a document, which knows where it stands so that whoever finds fault with it can say so. There is one subclass
/// for each <see cref="TomlKind"/> and none elsewhere.
/// </summary>
public abstract class TomlValue
{
    private protected TomlValue(TomlPosition position) => Position = position;

    /// <summary>Where the value starts; for a table or array made by a header or a dotted key, where its name was first written.</summary>
    public TomlPosition Position { get; }

    /// <summary>The type.</summary>
    public abstract TomlKind Kind { get; }
}
