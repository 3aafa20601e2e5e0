using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Upstairs;

/// <summary>A <see cref="WriteRequest"/> whose part behind the dependencies is already encoded.</summary>
readonly ref struct SealedWriteMessage : IMessage
{
    public MessageKind Kind { get; init; }

    public JobIdentity Identity { get; init; }

    public ReadOnlySpan<ulong> Dependencies { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }

    public void WriteBody(FrameBuffer target)
    {
        Identity.Write(target);
        target.WriteNumbers(Dependencies);
        target.WriteShared(Body);
    }
}
