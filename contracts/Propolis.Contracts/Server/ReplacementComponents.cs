using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Specs;

namespace Propolis.Contracts.Server;

/// <summary>
/// What a migration target replaces, by key: only <see cref="MigrationFailureInjector"/>, <see cref="CrucibleStorageBackend"/> and
/// <see cref="VirtioNetworkBackend"/> (API 5.0.0, <c>ReplacementComponent</c>).
/// </summary>
[GenerateSerializer, Immutable, Alias("propolis.server.ReplacementComponents")]
[JsonConverter(typeof(EquatableMapConverter))]
public sealed class ReplacementComponents : EquatableMap<SpecKey, ReplacementComponent>
{
    /// <summary>Replacements by key.</summary>
    /// <param name="entries">The entries; a key that comes twice throws <see cref="ArgumentException"/>.</param>
    public ReplacementComponents(IEnumerable<KeyValuePair<SpecKey, ReplacementComponent>> entries)
        : base(entries)
    {
    }
}
