using Propolis.Contracts.Agents;

namespace Propolis.Agent.Regions;

/// <summary>What an agent decides about regions; pure.</summary>
static class RegionRules
{
    const int SmallestBlock = 512;
    const int LargestBlock = 32768;
    const long LargestExtent = 512L << 20;

    /// <summary>Why a region can never be made; null when it can.</summary>
    /// <param name="request">What is asked for.</param>
    public static string? WhyNot(RegionEnsureRequest request) => request switch
    {
        { BlockSize: < SmallestBlock or > LargestBlock } => $"block_size is {request.BlockSize}; it must be a power of two from {SmallestBlock} to {LargestBlock}",
        _ when !int.IsPow2(request.BlockSize) => $"block_size is {request.BlockSize}; it must be a power of two from {SmallestBlock} to {LargestBlock}",
        { BlocksPerExtent: < 1 } or { ExtentCount: < 1 } => "blocks_per_extent and extent_count must be at least 1",
        _ when request.BlocksPerExtent > LargestExtent / request.BlockSize => $"an extent of {request.BlocksPerExtent} blocks of {request.BlockSize} bytes is larger than {LargestExtent}",
        _ => null,
    };

    /// <summary>How long to wait before a server that ended is started again: it doubles while it keeps ending early.</summary>
    /// <param name="failures">How often it ended early in a row.</param>
    public static TimeSpan Pause(int failures) => TimeSpan.FromSeconds(Math.Min(30, Math.Pow(2, Math.Clamp(failures, 0, 10)) / 2));
}
