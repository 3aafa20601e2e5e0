using Propolis.Vmm.Block;
using Propolis.Vmm.Memory;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Block;

/// <summary>Submits requests to a backend and waits for their end, as a front end with one request in flight.</summary>
sealed class BlockOperations(IBlockBackend backend, TestMemory memory) : IBlockCompletion
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    TaskCompletionSource<BlockStatus> _done = new();

    public long StartedAt { get; init; }

    public BlockStatus Run(BlockOperation operation, ulong offset, ulong length, params GuestSegment[] segments)
    {
        _done = new TaskCompletionSource<BlockStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        var request = new BlockRequest(this, memory.Guest, 0) { StartedAt = StartedAt };
        request.Begin(operation, offset, length);
        foreach (var segment in segments) request.AddSegment(segment.Address, segment.Length);
        backend.Submit(request);
        Assert.True(_done.Task.Wait(Limit), $"{operation} at {offset} did not end");
        return _done.Task.Result;
    }

    public void Completed(BlockRequest request, BlockStatus status) => _done.SetResult(status);
}
