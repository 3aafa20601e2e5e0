namespace Propolis.Vmm.Block.CloudInit;

/// <summary>A file in the root directory of a FAT volume.</summary>
/// <param name="Name">Long name, ASCII.</param>
/// <param name="ShortName">Short name of up to eight characters without extension, upper case, unique.</param>
/// <param name="Contents">The bytes.</param>
sealed record FatFile(string Name, string ShortName, ReadOnlyMemory<byte> Contents);
