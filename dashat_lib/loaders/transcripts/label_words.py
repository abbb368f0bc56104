"""Words that stand before a colon at the beginning of a line: those of people, and those of no person."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Of the document, of the recording, of what people are asked: ``Date: 1 May``, ``Tempat: balai``. The whole label or its first word.
NO_PERSON = _words("""
    abstract address age agenda alamat agama appendix attendees audio bahasa bagian berkas bidang catatan chapter code codes
    comment comments conclusion contoh date desa description dokumen document documents durasi duration dusun e.g eg education
    email end example figure file filename gambar gender halaman hal hari http https i.e ie id index interview jabatan jam jenis
    judul jumlah kabupaten kampung kategori kecamatan kelas kelurahan kesimpulan keterangan keywords kode kota label lampiran
    language legend length link location lokasi masalah name names nama nb nomor note notes no number objective occupation page
    participants pekerjaan pendidikan penghasilan perhatian pertemuan place posyandu project provinsi ps puskesmas pukul recorded
    recording rekaman result results ringkasan rt rw section sesi session sex site source start status study subject sumber suku
    summary tab tabel table tag tags tahun tanggal tel tema tempat tentang tgl theme time title topic topik transcribed
    transcriber transcript transcription transkrip transkriptor umur url usia venue versi version video waktu warning wawancara
    website wilayah
""")
# Roles that need no name, in English and Indonesian, and of German and Spanish what the tools' own examples use.
ROLES = _words("""
    answer assistant enumerator facilitator fasilitator informan informant interviewee interviewer jawab jawaban ketua moderator
    narasumber notulen notulis observer participant partisipan penanya pendamping peneliti penerjemah pengamat penjawab penutur
    pertanyaan peserta pewawancara question questioner researcher responden respondent speaker student subjek tanya translator
    unknown befragte befragter interviewpartner entrevistado entrevistada entrevistador entrevistadora
""")
# What may follow a role in small letters: ``Informan perempuan 2``.
QUALIFIERS = _words("""
    ahli anonim anonymous dikenal female kunci laki-laki male pendukung perempuan pria tidak unknown utama wanita
""")
# What is written small inside names.
SMALL_WORDS = _words("al and atau bin binti da dan dari de del den der di du el la le of the van von ke")
