namespace Propolis.Crucible.Wire;

/// <summary>A message that can be encoded.</summary>
public interface IMessage
{
    /// <summary>Its tag.</summary>
    MessageKind Kind { get; }

    /// <summary>Encodes the fields behind the tag.</summary>
    void WriteBody(FrameBuffer target);
}

/// <summary>A message that can be decoded too. Several tags may share one shape.</summary>
public interface IMessage<TSelf> : IMessage
    where TSelf : IMessage<TSelf>, allows ref struct
{
    /// <summary>Decodes the fields behind the tag <paramref name="kind"/>; wrong input shows in <see cref="FrameReader.Ok"/>.</summary>
    static abstract TSelf Read(MessageKind kind, scoped ref FrameReader reader);
}
