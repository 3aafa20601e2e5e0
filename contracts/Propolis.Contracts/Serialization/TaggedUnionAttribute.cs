namespace Propolis.Contracts.Serialization;

/// <summary>An abstract record whose JSON is an object with a tag and, unless the case has no members, its content.</summary>
/// <param name="tag">The member that holds a case's name.</param>
/// <param name="content">The member that holds its content.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TaggedUnionAttribute(string tag, string content) : Attribute
{
    /// <summary>The member that holds a case's name.</summary>
    public string Tag { get; } = tag;

    /// <summary>The member that holds its content.</summary>
    public string Content { get; } = content;
}
