using System.Text.Json;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Wire;

public sealed class GoldenFrameTests
{
    static IEnumerable<JsonElement> Messages =>
        Golden.Frames.GetProperty("messages").EnumerateArray().Where(m => m.TryGetProperty("frame_hex", out _));

    [Fact]
    public void Every_message_kind_has_a_golden_frame() =>
        Assert.Equal(Enum.GetNames<MessageKind>().Order(), Messages.Select(m => m.GetProperty("message").GetString()!).Distinct().Order());

    [Fact]
    public void Fields_encode_to_the_recorded_frames()
    {
        foreach (var message in Messages)
        {
            Assert.Equal(
                message.GetProperty("frame_hex").GetString(),
                Convert.ToHexStringLower(GoldenMessages.Encode(message)));
            Assert.Equal(message.Number("tag"), (ulong)Enum.Parse<MessageKind>(message.GetProperty("message").GetString()!));
        }
    }

    [Fact]
    public void Recorded_frames_decode_and_encode_to_themselves()
    {
        foreach (var message in Messages)
        {
            var frame = message.Hex("frame_hex");
            Assert.Equal(Convert.ToHexStringLower(frame), Convert.ToHexStringLower(GoldenMessages.Reencode(frame) ?? []));
        }
    }

    [Fact]
    public void Every_frame_of_the_transcripts_decodes_and_encodes_to_itself()
    {
        var count = 0;
        foreach (var line in Golden.Transcripts.EnumerateObject().SelectMany(s => s.Value.EnumerateArray()))
        {
            if (!line.TryGetProperty("frame_hex", out var hex) || hex.ValueKind != JsonValueKind.String)
                continue;
            var frame = Convert.FromHexString(hex.GetString()!);
            Assert.Equal(hex.GetString(), Convert.ToHexStringLower(GoldenMessages.Reencode(frame) ?? []));
            Assert.Equal(line.GetProperty("message").GetString(), FrameReader.TryReadKind(frame, out var kind) ? $"{kind}" : "");
            count++;
        }

        Assert.True(count > 200, $"only {count} frames");
    }

    [Fact]
    public void Errors_encode_to_the_recorded_bytes_both_ways()
    {
        var seen = new HashSet<CrucibleErrorKind>();
        foreach (var json in Golden.Frames.GetProperty("crucible_errors").EnumerateArray())
        {
            var recorded = json.GetProperty("hex").GetString()!;
            var frame = Convert.FromHexString("00000000" + "10000000" + "0100000000000000" + "02000000" + recorded);
            Assert.True(FrameReader.TryRead<ExtentError>(frame, out var message), json.ToString());
            Assert.Equal(json.Number("tag"), (ulong)message.Error.Kind);
            var buffer = new FrameBuffer();
            buffer.Append(message);
            Assert.Equal(recorded, Convert.ToHexStringLower(buffer.Written[20..]));
            if (message.Error.Text.Length > 0)
                Assert.Equal("msg", message.Error.Text);
            seen.Add(message.Error.Kind);
        }

        Assert.Equal(Enum.GetValues<CrucibleErrorKind>(), seen.Order());
    }

    [Fact]
    public void Every_shorter_piece_of_a_frame_is_refused_or_empty()
    {
        foreach (var frame in Messages.Select(m => m.Hex("frame_hex")))
        {
            for (var length = 0; length < frame.Length; length++)
            {
                var piece = GoldenMessages.Reencode(frame[..length]);
                Assert.True(piece is null || frame.Length == Protocol.MinFrameLength, $"{Convert.ToHexString(frame)} cut to {length}");
            }
        }
    }

    [Fact]
    public void Random_damage_never_throws()
    {
        var random = new Random(11);
        foreach (var frame in Messages.Select(m => m.Hex("frame_hex")))
        {
            for (var round = 0; round < 300; round++)
            {
                var damaged = (byte[])frame.Clone();
                for (var i = random.Next(1, 6); i > 0; i--)
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                GoldenMessages.Reencode(damaged);
            }
        }
    }

    [Fact]
    public void Largest_write_of_ours_fits_a_frame_and_is_not_above_the_original()
    {
        foreach (var row in Golden.Frames.GetProperty("max_io_blocks").EnumerateArray())
        {
            var blockSize = (int)row.Number("block_size");
            var blocks = Protocol.MaxWriteBlocks(blockSize, 0);
            Assert.InRange(blocks, (long)row.Number("max_io_blocks") - 2, (long)row.Number("max_io_blocks"));
            var length = WriteRequest.FixedLength + (blocks * (blockSize + BlockContext.EncryptedLength));
            Assert.InRange(length, Protocol.MaxFrameLength - blockSize - BlockContext.EncryptedLength, Protocol.MaxFrameLength);
        }
    }

    [Theory]
    [InlineData(0u), InlineData(3u), InlineData(7u), InlineData((100u * 1024 * 1024) + 1), InlineData(uint.MaxValue)]
    public void Frame_lengths_out_of_bounds_get_one_sentence(uint length) => Assert.Contains($"{length} bytes", Protocol.CheckFrameLength(length));

    [Theory]
    [InlineData(8u), InlineData(100u * 1024 * 1024)]
    public void Frame_lengths_at_the_bounds_are_accepted(uint length) => Assert.Null(Protocol.CheckFrameLength(length));

    [Fact]
    public void Data_path_messages_encode_and_decode_without_allocating()
    {
        var buffer = new FrameBuffer(1 << 20);
        var frames = Messages
            .Where(m => m.GetProperty("message").GetString() is "Write" or "ReadRequest" or "ReadResponse" or "WriteAck" or "FlushAck" or "Flush"
                && !m.GetProperty("case").GetString()!.Contains("err") && !m.GetProperty("case").GetString()!.Contains("snapshot"))
            .Select(m => m.Hex("frame_hex")).ToArray();
        long allocated = 0;
        for (var round = 0; round < 3; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var frame in frames)
                CopyOnDataPath(frame, buffer);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    static void CopyOnDataPath(byte[] frame, FrameBuffer buffer)
    {
        buffer.Clear();
        FrameReader.TryReadKind(frame, out var kind);
        switch (kind)
        {
            case MessageKind.Write when FrameReader.TryRead<WriteRequest>(frame, out var write):
                buffer.Append(write);
                break;
            case MessageKind.ReadRequest when FrameReader.TryRead<ReadRequest>(frame, out var read):
                buffer.Append(read);
                break;
            case MessageKind.ReadResponse when FrameReader.TryRead<ReadResponse>(frame, out var response):
                buffer.Append(response);
                break;
            case MessageKind.Flush when FrameReader.TryRead<FlushRequest>(frame, out var flush):
                buffer.Append(flush);
                break;
            case MessageKind.WriteAck or MessageKind.FlushAck when FrameReader.TryRead<JobAck>(frame, out var ack):
                buffer.Append(ack);
                break;
        }
    }
}
