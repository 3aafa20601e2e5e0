using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>The components of a spec by key.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.SpecComponents")]
[JsonConverter(typeof(EquatableMapConverter))]
public sealed class SpecComponents : EquatableMap<SpecKey, Component>
{
    /// <summary>Components by key.</summary>
    /// <param name="entries">The entries; a key that comes twice throws <see cref="ArgumentException"/>.</param>
    public SpecComponents(IEnumerable<KeyValuePair<SpecKey, Component>> entries)
        : base(entries)
    {
    }
}
