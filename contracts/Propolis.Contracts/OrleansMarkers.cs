#if !ORLEANS
// Orleans' marker types, for builds without its packages: same names, so that contracts read the same with and without them.
#pragma warning disable CA1040 // the grain marker has no members, as Orleans' own

namespace Propolis.Contracts.Orleans;

/// <summary>A grain that is found by a text key.</summary>
public interface IGrainWithStringKey;

/// <summary>The type crosses process borders; its members carry <see cref="IdAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum)]
public sealed class GenerateSerializerAttribute : Attribute;

/// <summary>Instances never change after construction.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class ImmutableAttribute : Attribute;

/// <summary>A member's number on the wire. Numbers are never reused.</summary>
/// <param name="id">The number.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class IdAttribute(uint id) : Attribute
{
    /// <summary>The number.</summary>
    public uint Id { get; } = id;
}

/// <summary>A name on the wire that stays when the type or method is renamed.</summary>
/// <param name="alias">The name.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Interface | AttributeTargets.Method)]
public sealed class AliasAttribute(string alias) : Attribute
{
    /// <summary>The name.</summary>
    public string Alias { get; } = alias;
}
#endif
