using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>Names a component in a spec: a UUID or any other text. UUIDs are kept in lower case with hyphens, however they were written.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.SpecKey")]
[JsonConverter(typeof(SpecKeyConverter))]
public readonly record struct SpecKey : IComparable<SpecKey>
{
    /// <summary>A key from its text.</summary>
    /// <param name="value">A UUID or a name.</param>
    public SpecKey(string value) => Value = Guid.TryParse(value, out var uuid) ? uuid.ToString("D") : value;

    /// <summary>The text.</summary>
    [Id(0)] public string Value
    {
        get => field ?? "";
        init => field = value;
    }

    /// <summary>A key from its text.</summary>
    /// <param name="value">A UUID or a name.</param>
    public static implicit operator SpecKey(string value) => new(value);

    /// <summary>Orders by bytes, as JSON written by the original is ordered.</summary>
    /// <param name="other">The other.</param>
    public int CompareTo(SpecKey other) => string.CompareOrdinal(Value, other.Value);

    /// <summary>The text.</summary>
    public override string ToString() => Value;
}
