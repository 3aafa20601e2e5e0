namespace Propolis.Contracts.Serialization;

/// <summary>One case of a <see cref="TaggedUnionAttribute"/> type.</summary>
/// <param name="name">Its name in JSON.</param>
/// <param name="type">Its record.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class UnionCaseAttribute(string name, Type type) : Attribute
{
    /// <summary>The case's name in JSON.</summary>
    public string Name { get; } = name;

    /// <summary>The case's record.</summary>
    public Type Type { get; } = type;
}
