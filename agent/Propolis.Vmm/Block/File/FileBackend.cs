using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Propolis.Vmm.Interop.Linux;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Block.File;

/// <summary>
/// A disk in a file or on a block device of the host. Data moves straight between the file and guest memory; flush is fdatasync. A writable file is locked, so that two
/// machines never write to one.
/// </summary>
public sealed class FileBackend : IBlockBackend, IBlockCounters
{
    const int MaxWorkers = 32;
    const uint MinBlockSize = 512;
    const uint MaxBlockSize = 65536;

    static readonly byte[] Zeroes = new byte[65536];

    readonly FileBackendOptions _options;
    readonly SafeFileHandle _file;
    BlockWorkers? _workers;
    bool _hasFlushFailed;

    FileBackend(FileBackendOptions options, SafeFileHandle file, ulong length)
    {
        _options = options;
        _file = file;
        Counters = new BlockCounters(options.Clock);
        Geometry = new BlockGeometry
        {
            BlockSize = options.BlockSize,
            BlockCount = length / options.BlockSize,
            ReadOnly = options.ReadOnly,
            CanDiscard = !options.ReadOnly,
            HasWriteCache = !options.SkipFlush && !options.ReadOnly,
        };
    }

    /// <inheritdoc/>
    public BlockGeometry Geometry { get; }

    /// <inheritdoc/>
    public BlockCounters Counters { get; }

    /// <summary>Opens and locks the file. Throws <see cref="BlockBackendException"/> with a sentence that names it.</summary>
    public static FileBackend Open(FileBackendOptions options)
    {
        if (Misfit(options) is { } why) throw new BlockBackendException($"Disk file {options.Path} {why}.");
        var file = OpenFile(options);
        try
        {
            Lock(options, file);
            var length = Measure(options, file);
            if (length == 0) throw new BlockBackendException($"Disk file {options.Path} is empty.");
            if (length % options.BlockSize != 0)
                throw new BlockBackendException($"Disk file {options.Path} has {length} bytes, which is not a multiple of its block size {options.BlockSize}.");
            return new FileBackend(options, file, length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellation)
    {
        _workers ??= new BlockWorkers("disk", _options.Workers, CarryOut);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Submit(BlockRequest request) => _workers!.Submit(request);

    /// <summary>Carries out what is queued and closes the file.</summary>
    public void Dispose()
    {
        _workers?.Dispose();
        _file.Dispose();
    }

    BlockStatus CarryOut(BlockRequest request)
    {
        var status = Execute(request);
        Counters.Count(request, status);
        return status;
    }

    BlockStatus Execute(BlockRequest request)
    {
        if (request.Operation == BlockOperation.Read)
            return StatusOf(GuestTransfer.ReadFile(_file, request.Offset, request.Memory, request.Segments) is null);
        if (request.Operation == BlockOperation.Flush) return StatusOf(Flush());
        if (_options.ReadOnly) return BlockStatus.ReadOnly;
        return request.Operation switch
        {
            BlockOperation.Write => StatusOf(GuestTransfer.WriteFile(_file, request.Offset, request.Memory, request.Segments) is null),
            BlockOperation.Discard => StatusOf(Discard(request.Offset, request.Length)),
            _ => StatusOf(WriteZeroes(request.Offset, request.Length)),
        };
    }

    bool Flush()
    {
        if (_options.ReadOnly || _options.SkipFlush) return true;
        // After a failure the kernel forgets the pages it could not write and the next call succeeds: what the guest was promised is lost, so no flush may succeed again.
        if (Volatile.Read(ref _hasFlushFailed)) return false;
        while (LinuxLibrary.SyncData(_file) != 0)
        {
            if (Marshal.GetLastPInvokeError() == LinuxLibrary.Eintr) continue;
            Volatile.Write(ref _hasFlushFailed, true);
            return false;
        }
        return true;
    }

    /// <summary>A discard is only a hint: where there can be no hole the data stays.</summary>
    bool Discard(ulong offset, ulong length) => Allocate(LinuxLibrary.FallocatePunchHole, offset, length, out var isPossible) || !isPossible;

    bool WriteZeroes(ulong offset, ulong length)
    {
        if (Allocate(LinuxLibrary.FallocateZeroRange, offset, length, out var isPossible)) return true;
        if (!isPossible && Allocate(LinuxLibrary.FallocatePunchHole, offset, length, out isPossible)) return true;
        return !isPossible && WriteZeroBytes(offset, length);
    }

    /// <summary>fallocate; <paramref name="isPossible"/> is false when this file or device does not know the operation, or not with this alignment.</summary>
    bool Allocate(int mode, ulong offset, ulong length, out bool isPossible)
    {
        isPossible = true;
        while (LinuxLibrary.Allocate(_file, mode | LinuxLibrary.FallocateKeepSize, (long)offset, (long)length) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == LinuxLibrary.Eintr) continue;
            isPossible = error is not (LinuxLibrary.Eopnotsupp or LinuxLibrary.Einval or LinuxLibrary.Enodev or LinuxLibrary.Enosys);
            return false;
        }
        return true;
    }

    bool WriteZeroBytes(ulong offset, ulong length)
    {
        try
        {
            while (length > 0)
            {
                var part = Zeroes.AsSpan(0, (int)Math.Min((ulong)Zeroes.Length, length));
                RandomAccess.Write(_file, part, (long)offset);
                offset += (ulong)part.Length;
                length -= (ulong)part.Length;
            }
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    static BlockStatus StatusOf(bool isDone) => isDone ? BlockStatus.Success : BlockStatus.Failed;

    static string? Misfit(FileBackendOptions options)
    {
        if (options.BlockSize is < MinBlockSize or > MaxBlockSize || !uint.IsPow2(options.BlockSize))
            return string.Create(CultureInfo.InvariantCulture, $"cannot have a block size of {options.BlockSize}: it must be a power of two from {MinBlockSize} to {MaxBlockSize}");
        return options.Workers is < 1 or > MaxWorkers
            ? string.Create(CultureInfo.InvariantCulture, $"cannot have {options.Workers} workers: it must be 1 to {MaxWorkers}")
            : null;
    }

    static SafeFileHandle OpenFile(FileBackendOptions options)
    {
        try
        {
            // Sharing everything, .NET takes a shared lock only; it meets another machine's exclusive one here already.
            return System.IO.File.OpenHandle(options.Path, FileMode.Open, options.ReadOnly ? FileAccess.Read : FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            var what = failure switch
            {
                FileNotFoundException or DirectoryNotFoundException => "does not exist",
                { HResult: LinuxLibrary.Eagain } => "is in use by another machine",
                UnauthorizedAccessException => "may not be opened by this user",
                _ => $"cannot be opened: {failure.Message.TrimEnd('.')}",
            };
            throw new BlockBackendException($"Disk file {options.Path} {what}.", failure);
        }
    }

    static void Lock(FileBackendOptions options, SafeFileHandle file)
    {
        var operation = (options.ReadOnly ? LinuxLibrary.LockShared : LinuxLibrary.LockExclusive) | LinuxLibrary.LockNonBlocking;
        if (LinuxLibrary.Lock(file, operation) != 0) throw new BlockBackendException($"Disk file {options.Path} is in use by another machine.");
    }

    static unsafe ulong Measure(FileBackendOptions options, SafeFileHandle file)
    {
        ulong bytes;
        // SAFETY: the kernel writes eight bytes into the local. Anything but a block device answers ENOTTY and is measured as a file.
        if (LinuxLibrary.GetBlockDeviceSize(file, LinuxLibrary.BlockGetSize64, &bytes) == 0) return bytes;
        var length = RandomAccess.GetLength(file);
        return length >= 0 ? (ulong)length : throw new BlockBackendException($"Disk file {options.Path} has no size.");
    }
}
