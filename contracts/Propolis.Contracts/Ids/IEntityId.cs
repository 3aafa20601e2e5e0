namespace Propolis.Contracts.Ids;

/// <summary>
/// The id of one kind of thing: its text starts with the kind's prefix, so that no id looks like a number (some stores take such keys
/// for numbers) and none can be mistaken for another kind's.
/// </summary>
/// <typeparam name="TSelf">The id's type.</typeparam>
public interface IEntityId<TSelf>
    where TSelf : struct, IEntityId<TSelf>
{
    /// <summary>What the text starts with, <c>inst-</c> for instances.</summary>
    static abstract string Prefix { get; }

    /// <summary>The text.</summary>
    string Value { get; }

    /// <summary>An id with a text that was checked.</summary>
    /// <param name="value">The text.</param>
    static abstract TSelf Make(string value);
}
